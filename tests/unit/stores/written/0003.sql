BEGIN TRANSACTION;
CREATE TABLE accounts (
	account TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	CONSTRAINT pk_accounts PRIMARY KEY (account)
);
INSERT INTO "accounts" VALUES('alice',1772366400000000);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE bodies (
	task_id TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_bodies PRIMARY KEY (task_id), 
	CONSTRAINT fk_bodies_task_id FOREIGN KEY(task_id) REFERENCES tasks (task_id) ON DELETE CASCADE
);
INSERT INTO "bodies" VALUES('00000000-0000-7000-8000-000000000001',X'7B226D6F64656C223A2277616E322E372D723276227D');
INSERT INTO "bodies" VALUES('00000000-0000-7000-8000-000000000002',X'7B226D6F64656C223A2277616E322E372D723276227D');
INSERT INTO "bodies" VALUES('00000000-0000-7000-8000-000000000003',X'7B226D6F64656C223A2277616E322E372D723276227D');
CREATE TABLE keys (
	key_id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	prefix TEXT NOT NULL, 
	created BIGINT NOT NULL, 
	revoked BIGINT, 
	CONSTRAINT pk_keys PRIMARY KEY (key_id), 
	CONSTRAINT fk_keys_account FOREIGN KEY(account) REFERENCES accounts (account)
);
INSERT INTO "keys" VALUES('e8abfdb6bb15cfbc','alice','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','sk-ab…',1772366400000000,NULL);
CREATE TABLE ledger (
	task_id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	moment BIGINT NOT NULL, 
	usage TEXT NOT NULL, 
	quantity TEXT NOT NULL, 
	free_quantity TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	unit_price BIGINT NOT NULL, 
	amount BIGINT NOT NULL, 
	currency TEXT NOT NULL, cost TEXT, 
	CONSTRAINT pk_ledger PRIMARY KEY (task_id)
);
INSERT INTO "ledger" VALUES('00000000-0000-7000-8000-000000000001','alice','1','wan2.7-r2v',1772366409000000,'{"output_seconds":"5","input_seconds":"1.65","billed_seconds":"6.65","video_count":1,"tier":{"lines":720},"size":{"width":1280,"height":720},"ratio":{"across":16,"down":9},"frames_per_second":30}','6.65','6.65','second',600000,0,'CNY',NULL);
CREATE TABLE quotas (
	account TEXT NOT NULL, 
	model TEXT NOT NULL, 
	granted TEXT NOT NULL, 
	used TEXT NOT NULL, 
	expires BIGINT NOT NULL, 
	CONSTRAINT pk_quotas PRIMARY KEY (account, model)
);
INSERT INTO "quotas" VALUES('alice','wan2.7-r2v','50','6.65',1780142400000000);
CREATE TABLE tasks (
	number INTEGER NOT NULL, 
	task_id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	dialect TEXT NOT NULL, 
	model TEXT NOT NULL, 
	region TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	request TEXT NOT NULL, 
	status TEXT NOT NULL, 
	submitted BIGINT NOT NULL, 
	expires BIGINT NOT NULL, 
	started BIGINT, 
	ended BIGINT, 
	attempt INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	engine TEXT, 
	handle TEXT, 
	fraction FLOAT NOT NULL, 
	stage_note TEXT NOT NULL, 
	cancel_wanted INTEGER NOT NULL, 
	artifact TEXT, 
	usage TEXT, 
	charge TEXT, 
	actual_prompt TEXT, 
	notes TEXT NOT NULL, 
	fault TEXT, 
	extras TEXT NOT NULL, 
	ready_from BIGINT NOT NULL, 
	lease_until BIGINT, 
	worker TEXT, findings TEXT, 
	CONSTRAINT pk_tasks PRIMARY KEY (number)
);
INSERT INTO "tasks" VALUES(1,'00000000-0000-7000-8000-000000000001','alice','1','dashscope','wan2.7-r2v','cn-beijing','request-1','{"model":"wan2.7-r2v","prompt":"图1 “你好”","negative_prompt":"rain","references":[{"url":"https://media.example/girl.png","medium":"image","voice":"https://media.example/voice.wav","path":"input.media[0].url","voice_path":"input.media[0].reference_voice"},{"url":"https://media.example/boy.mp4","medium":"video","role":"first_frame"}],"size":{"width":1280,"height":720},"tier":{"lines":720},"ratio":{"across":16,"down":9},"seconds":5,"shot_type":"multi","sound":true,"watermark":false,"prompt_extend":true,"seed":7,"extras":{"bgm":true}}','SUCCEEDED',1772366400000000,1772452800000000,1772366400000000,1772366409000000,1,1,NULL,NULL,1.0,'',0,'{"key":"takes/2026-03-01/one.mp4","sha256":"0000000000000000000000000000000000000000000000000000000000000000","facts":{"medium":"video","container":"mov,mp4","byte_count":4321,"size":{"width":1280,"height":720},"seconds":"5.005","frames_per_second":"30","frame_count":150,"has_sound":true,"video_codec":"h264","audio_codec":"aac","pixel_format":"yuv420p"},"expires":"2026-03-02T12:00:00Z"}','{"output_seconds":"5","input_seconds":"1.65","billed_seconds":"6.65","video_count":1,"tier":{"lines":720},"size":{"width":1280,"height":720},"ratio":{"across":16,"down":9},"frames_per_second":30}','{"quantity":"6.65","unit":"second","unit_price":"0.6","free_quantity":"6.65"}',NULL,'["An animatic."]',NULL,'{}',1772366400000000,NULL,'w',NULL);
INSERT INTO "tasks" VALUES(2,'00000000-0000-7000-8000-000000000002','alice','1','dashscope','wan2.7-r2v','cn-beijing','request-2','{"model":"wan2.7-r2v","prompt":"图1 “你好”","negative_prompt":"rain","references":[{"url":"https://media.example/girl.png","medium":"image","voice":"https://media.example/voice.wav","path":"input.media[0].url","voice_path":"input.media[0].reference_voice"},{"url":"https://media.example/boy.mp4","medium":"video","role":"first_frame"}],"size":{"width":1280,"height":720},"tier":{"lines":720},"ratio":{"across":16,"down":9},"seconds":5,"shot_type":"multi","sound":true,"watermark":false,"prompt_extend":true,"seed":7,"extras":{"bgm":true}}','FAILED',1772366400000000,1772452800000000,1772366400000000,1772366409000000,1,1,NULL,NULL,0.0,'',0,NULL,NULL,NULL,NULL,'[]','{"fault":"MediaRefused","message":"Invalid file duration.","problem":"seconds","path":"input.media[1].url","limits":{"least":1,"most":30}}','{}',1772366400000000,NULL,'w',NULL);
INSERT INTO "tasks" VALUES(3,'00000000-0000-7000-8000-000000000003','alice','1','dashscope','wan2.7-r2v','cn-beijing','request-3','{"model":"wan2.7-r2v","prompt":"图1 “你好”","negative_prompt":"rain","references":[{"url":"https://media.example/girl.png","medium":"image","voice":"https://media.example/voice.wav","path":"input.media[0].url","voice_path":"input.media[0].reference_voice"},{"url":"https://media.example/boy.mp4","medium":"video","role":"first_frame"}],"size":{"width":1280,"height":720},"tier":{"lines":720},"ratio":{"across":16,"down":9},"seconds":5,"shot_type":"multi","sound":true,"watermark":false,"prompt_extend":true,"seed":7,"extras":{"bgm":true}}','PENDING',1772366400000000,1772452800000000,NULL,NULL,0,0,NULL,NULL,0.0,'',0,NULL,NULL,NULL,NULL,'[]',NULL,'{}',1772366400000000,NULL,NULL,NULL);
CREATE INDEX ix_tasks_account ON tasks (account, submitted);
CREATE INDEX ix_tasks_expires ON tasks (expires);
CREATE INDEX ix_tasks_queue ON tasks (status, account, model, ready_from, submitted);
CREATE INDEX ix_tasks_lease ON tasks (status, lease_until);
CREATE UNIQUE INDEX ix_tasks_task_id ON tasks (task_id);
CREATE INDEX ix_ledger_account ON ledger (account, moment);
CREATE INDEX ix_keys_account ON keys (account);
CREATE UNIQUE INDEX ix_keys_digest ON keys (digest);
COMMIT;
